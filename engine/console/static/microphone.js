// The microphone of the Talk page: sound over a WebSocket, at 16 kHz, both ways (telephony/lines/browser.py).
"use strict";
(() => {
  const RATE = 16000;
  const box = document.getElementById("speak");
  const button = box.querySelector("button");
  const status = box.querySelector("[role=status]");
  const meter = box.querySelector("meter");
  let ending = null;

  const tell = (state) => {
    box.dataset.state = state;
    status.textContent = box.dataset[state] ?? "";
  };

  const begin = async () => {
    if (!navigator.mediaDevices?.getUserMedia) { tell("insecure"); return; }
    button.disabled = true;
    tell("askingMicrophone");
    let heard;
    let context;
    let node;
    try {
      // Our own loudspeaker must not be heard as the caller; cleaning up noise makes recognition worse.
      heard = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true },
      });
      context = new AudioContext();
      await context.audioWorklet.addModule(box.dataset.worklet);
      node = new AudioWorkletNode(context, "telephone", {
        numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], processorOptions: { rate: RATE },
      });
      context.createMediaStreamSource(heard).connect(node).connect(context.destination);
      await context.resume();
    } catch {
      for (const track of heard?.getTracks() ?? []) { track.stop(); }
      await context?.close();
      tell("refused");
      return;
    }
    tell("preparing");
    connect(heard, context, node);
  };

  const connect = (heard, context, node) => {
    const address = new URL(box.dataset.socket, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    let open = false;
    let over = false;

    const end = (state) => {
      if (over) { return; }
      over = true;
      ending = null;
      for (const track of heard.getTracks()) { track.stop(); }
      context.close();
      meter.value = 0;
      button.disabled = true;
      button.textContent = button.dataset.speak;
      tell(state);
      socket.close();
    };

    node.port.onmessage = ({ data }) => {
      if (!open || over) { return; }
      if (data.sound) {
        socket.send(data.sound);
        meter.value = data.level;
      } else if (data.mark) {
        socket.send(JSON.stringify({ type: "mark", name: data.mark }));
      } else {
        tell(data.playing ? "speaking" : "listening");
      }
    };
    socket.onopen = () => {
      open = true;
      socket.send(JSON.stringify({ type: "hello", rate: RATE }));
      button.disabled = false;
      button.textContent = button.dataset.stop;
      ending = () => { socket.send(JSON.stringify({ type: "bye" })); end("over"); };
      tell("listening");
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) { node.port.postMessage({ sound: data }, [data]); return; }
      const message = JSON.parse(data);
      if (message.type === "bye") { end("over"); } else { node.port.postMessage(message); }
    };
    socket.onclose = () => end(open && socket.bufferedAmount === 0 ? "over" : "lost");
    socket.onerror = () => end("lost");
  };

  button.addEventListener("click", () => { if (ending) { ending(); } else { begin(); } });

  // What was said last is what one wants to read.
  new MutationObserver(() => {
    const lines = document.querySelector(".lines");
    if (lines) { lines.scrollTop = lines.scrollHeight; }
  }).observe(document.getElementById("main"), { childList: true, subtree: true });
})();
