// The keyboard player: Gymnasium's cart pole and mountain car, computed and drawn in the browser.
// All constants come from the real environment, through the widget's traits.

const WIDTH = 600;
const HEIGHT = 400;

// All texts that a player reads.
const TEXT = {
  click: "Click here to play",
  keys: (left, right) => `Then press ${left} (left) and ${right} (right), or the arrow keys`,
  paused: "Paused: click here to continue",
  press: (left, right) => `Press ${left} or ${right} to start`,
  again: "Press space, or click here, to play again",
  reached: "You did it!",
  outOfTime: "Time is up",
  fell: "The pole fell",
  left: "The cart left the track",
  score: "Score",
  best: "Best",
  restart: "Restart",
  pushing: (name) => `Action: ${name}`,
  unasked: (name) => `No key is pressed, but the action is still: ${name}`,
};

// --- physics: one step of each game, as in Gymnasium ---------------------------------------------

/** One step of the cart pole; state is [x, x_dot, theta, theta_dot]. */
function stepCartPole([x, xDot, theta, thetaDot], force, c) {
  const cos = Math.cos(theta);
  const sin = Math.sin(theta);
  const push = (force + c.pole_mass_length * thetaDot * thetaDot * sin) / c.total_mass;
  const thetaAcc =
    (c.gravity * sin - cos * push) /
    (c.half_length * (4.0 / 3.0 - (c.pole_mass * cos * cos) / c.total_mass));
  const xAcc = push - (c.pole_mass_length * thetaAcc * cos) / c.total_mass;
  const state = [
    x + c.tau * xDot,
    xDot + c.tau * xAcc,
    theta + c.tau * thetaDot,
    thetaDot + c.tau * thetaAcc,
  ];
  return { state, terminated: Math.abs(state[0]) > c.x_limit || Math.abs(state[2]) > c.angle_limit };
}

/** One step of the mountain car; state is [position, velocity]. */
function stepMountainCar([position, velocity], force, c) {
  const clip = (value, low, high) => Math.min(Math.max(value, low), high);
  velocity = clip(velocity + force - Math.cos(3 * position) * c.gravity, -c.max_speed, c.max_speed);
  position = clip(position + velocity, c.min_position, c.max_position);
  if (position === c.min_position && velocity < 0) velocity = 0;
  const terminated = position >= c.goal_position && velocity >= c.goal_velocity;
  return { state: [position, velocity], terminated };
}

const uniform = (low, high) => low + (high - low) * Math.random();

export const GAMES = {
  cart_pole: {
    start: () => [0, 0, 0, 0].map(() => uniform(-0.05, 0.05)),
    step: stepCartPole,
    draw: drawCartPole,
    ending: (state, c) => (Math.abs(state[2]) > c.angle_limit ? TEXT.fell : TEXT.left),
    timeLimitIsGood: true,
    messageY: 340, // below the track, where the pole never is
  },
  mountain_car: {
    start: () => [uniform(-0.6, -0.4), 0],
    step: stepMountainCar,
    draw: drawMountainCar,
    ending: () => TEXT.reached,
    timeLimitIsGood: false,
    messageY: 60,
  },
};

// --- drawing: y grows upward, as in Gymnasium's own pictures ---------------------------------------

function polygon(pen, points, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.fill();
}

function disc(pen, x, y, radius, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

function line(pen, points) {
  pen.strokeStyle = "black";
  pen.lineWidth = 1;
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
}

/** The force as an arrow that starts at (x, y); direction is -1, 0 or 1. */
function drawArrow(pen, x, y, direction, asked) {
  if (!direction) return;
  const colour = asked ? "#0072B2" : "#D55E00";
  const tip = x + 55 * direction;
  polygon(pen, [[x, y - 3], [x, y + 3], [tip, y + 3], [tip, y - 3]], colour);
  polygon(pen, [[tip, y - 9], [tip, y + 9], [tip + 14 * direction, y]], colour);
}

function drawCartPole(pen, [x, , theta], force, asked, c) {
  const scale = WIDTH / (2 * c.x_limit);
  const cartX = x * scale + WIDTH / 2;
  const [cartY, axleY, poleWidth] = [100, 107.5, 10];
  line(pen, [[0, cartY], [WIDTH, cartY]]);
  polygon(
    pen,
    [[-25, -15], [-25, 15], [25, 15], [25, -15]].map(([dx, dy]) => [cartX + dx, cartY + dy]),
    "black",
  );
  const length = scale * 2 * c.half_length;
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const corners = [[-5, -5], [-5, length - 5], [5, length - 5], [5, -5]];
  polygon(
    pen,
    corners.map(([dx, dy]) => [cartX + dx * cos + dy * sin, axleY - dx * sin + dy * cos]),
    "rgb(202, 152, 101)",
  );
  disc(pen, cartX, axleY, poleWidth / 2, "rgb(129, 132, 203)");
  const direction = Math.sign(force);
  drawArrow(pen, cartX + 32 * direction, cartY, direction, asked);
}

function drawMountainCar(pen, [position], force, asked, c) {
  const scale = WIDTH / (c.max_position - c.min_position);
  const height = (x) => (Math.sin(3 * x) * 0.45 + 0.55) * scale;
  const at = (x) => (x - c.min_position) * scale;
  const track = [];
  for (let i = 0; i <= 100; i++) {
    const x = c.min_position + ((c.max_position - c.min_position) * i) / 100;
    track.push([at(x), height(x)]);
  }
  line(pen, track);
  const [flagX, flagY] = [at(c.goal_position), height(c.goal_position)];
  line(pen, [[flagX, flagY], [flagX, flagY + 50]]);
  polygon(pen, [[flagX, flagY + 50], [flagX, flagY + 40], [flagX + 25, flagY + 45]], "#cccc00");

  const slope = Math.cos(3 * position); // Gymnasium turns the car by this angle
  const turn = ([dx, dy]) => [
    at(position) + dx * Math.cos(slope) - dy * Math.sin(slope),
    height(position) + 10 + dx * Math.sin(slope) + dy * Math.cos(slope),
  ];
  polygon(pen, [[-20, 0], [-20, 20], [20, 20], [20, 0]].map(turn), "black");
  for (const wheel of [[10, 0], [-10, 0]]) disc(pen, ...turn(wheel), 8, "rgb(128, 128, 128)");
  const direction = Math.sign(force);
  drawArrow(pen, at(position) + 32 * direction, height(position) + 50, direction, asked);
}

// --- the widget ------------------------------------------------------------------------------------

function element(tag, style, text = "") {
  const node = document.createElement(tag);
  node.style.cssText = style;
  node.textContent = text;
  return node;
}

function build(model, el) {
  const stage = element("div", "position: relative; max-width: 600px; font: 14px sans-serif;");
  stage.className = "helpers-player";
  // This attribute turns off JupyterLab's one-letter shortcuts (a: new cell, d d: delete it).
  stage.setAttribute("data-lm-suppress-shortcuts", "true");
  const canvas = element(
    "canvas",
    "width: 100%; border: 1px solid #888; background: white; cursor: pointer; display: block;",
  );
  canvas.width = 2 * WIDTH; // twice as fine, for dense screens
  canvas.height = 2 * HEIGHT;
  // The focus is on a text field, because VS Code and JupyterLab leave letters to text fields.
  const field = element("input", "position: absolute; left: 0; top: 0; opacity: 0; width: 1px;");
  field.setAttribute("aria-label", TEXT.click);
  field.setAttribute("inputmode", "none"); // no keyboard on a phone's screen
  field.setAttribute("autocomplete", "off");

  const bar = element("div", "display: flex; gap: 8px; align-items: center; margin-top: 6px;");
  const [leftKey, rightKey] = model.get("key_actions").map(([key]) => key);
  const wide = "flex: 1; padding: 10px; touch-action: none; user-select: none;";
  const left = element("button", wide, `\u25C0 ${leftKey}`);
  const right = element("button", wide, `${rightKey} \u25B6`);
  const restart = element("button", "padding: 10px;", TEXT.restart);
  const score = element("span", "min-width: 150px; text-align: center;");
  bar.append(left, score, restart, right);
  const action = element("div", "min-height: 1.3em; margin-top: 4px; opacity: 0.75;");
  score.className = "helpers-player-score";
  action.className = "helpers-player-action";
  action.setAttribute("aria-live", "off");
  stage.append(field, canvas, bar, action);
  el.append(stage);
  return { stage, canvas, field, left, right, restart, score, action, leftKey, rightKey };
}

function render({ model, el }) {
  const view = build(model, el);
  const game = GAMES[model.get("game")];
  const constants = model.get("constants");
  const keys = Object.fromEntries(model.get("key_actions"));
  const names = model.get("action_names");
  const milliseconds = 1000 / model.get("steps_per_second");
  const arrows = { ArrowLeft: view.leftKey, ArrowRight: view.rightKey };
  const pen = view.canvas.getContext("2d");

  let phase = "idle"; // idle (no focus) -> ready -> playing <-> paused -> over -> ready
  let state = game.start();
  let steps = 0;
  let total = 0;
  let ending = "";
  let held = []; // keys that are down, the latest last
  let before = 0;
  let lag = 0;
  let request = 0;
  let endedAt = 0;

  const currentAction = () => (held.length ? keys[held.at(-1)] : model.get("no_key_action"));

  function advance() {
    const result = game.step(state, constants.forces[currentAction()], constants);
    state = result.state;
    steps += 1;
    total += constants.reward;
    const limit = model.get("max_steps");
    if (!result.terminated && steps < limit) return;
    phase = "over";
    endedAt = performance.now();
    if (result.terminated) ending = game.ending(state, constants);
    else ending = game.timeLimitIsGood ? TEXT.reached : TEXT.outOfTime;
    model.set("scores", [...model.get("scores"), total]);
    model.save_changes();
  }

  function loop(now) {
    lag = Math.min(lag + now - before, 250); // a tab that was asleep does not catch up for minutes
    before = now;
    while (lag >= milliseconds && phase === "playing") {
      advance();
      lag -= milliseconds;
    }
    draw();
    if (phase === "playing") request = requestAnimationFrame(loop);
  }

  function play() {
    phase = "playing";
    lag = 0;
    before = performance.now();
    cancelAnimationFrame(request);
    request = requestAnimationFrame(loop);
  }

  function newEpisode() {
    state = game.start();
    steps = 0;
    total = 0;
    held = [];
    phase = "ready";
    draw();
  }

  function press(key) {
    if (!(key in keys) || held.includes(key)) return;
    // The last key may still be down: wait a moment before it starts a new episode.
    if (phase === "over" && performance.now() - endedAt > 700) newEpisode();
    held.push(key);
    if (phase === "ready" || phase === "paused") play();
  }

  function release(key) {
    held = held.filter((other) => other !== key);
  }

  function message() {
    const { leftKey, rightKey } = view;
    if (phase === "idle") return [TEXT.click, TEXT.keys(leftKey, rightKey)];
    if (phase === "ready") return [TEXT.press(leftKey, rightKey)];
    if (phase === "paused") return [TEXT.paused];
    if (phase === "over") return [`${ending} \u2013 ${TEXT.score} ${total}`, TEXT.again];
    return [];
  }

  function draw() {
    const asked = held.length > 0;
    const force = phase === "playing" ? constants.forces[currentAction()] : 0;
    pen.setTransform(2, 0, 0, -2, 0, 2 * HEIGHT);
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    game.draw(pen, state, force, asked, constants);
    pen.setTransform(2, 0, 0, 2, 0, 0);
    pen.textAlign = "center";
    message().forEach((text, row) => {
      pen.font = row ? "16px sans-serif" : "bold 22px sans-serif";
      pen.fillStyle = "black";
      pen.fillText(text, WIDTH / 2, game.messageY + 28 * row);
    });
    const scores = model.get("scores");
    const best = scores.length ? Math.max(...scores) : "\u2013";
    view.score.textContent = `${TEXT.score} ${total} \u00B7 ${TEXT.best} ${best}`;
    const name = names[currentAction()];
    if (phase !== "playing") view.action.textContent = "";
    else if (asked || !force) view.action.textContent = TEXT.pushing(name);
    else view.action.textContent = TEXT.unasked(name);
    view.stage.dataset.phase = phase;
    view.stage.dataset.steps = steps;
  }

  const keyOf = (event) => arrows[event.key] ?? event.key.toLowerCase();

  view.field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " || event.key === "Enter") {
      if (phase === "over") newEpisode();
    } else if (keyOf(event) in keys) {
      if (!event.repeat) press(keyOf(event));
    } else return;
    event.preventDefault(); // space and arrows would scroll the page
    event.stopPropagation();
  });
  view.field.addEventListener("keyup", (event) => release(keyOf(event)));
  view.field.addEventListener("focus", () => {
    if (phase === "idle") phase = "ready";
    draw();
  });
  view.field.addEventListener("blur", () => {
    held = [];
    if (phase === "playing") phase = "paused";
    draw();
  });
  const focus = () => view.field.focus({ preventScroll: true });
  // A pointer-down event would take the focus away from the text field.
  view.stage.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    focus();
  });
  view.stage.addEventListener("mousedown", (event) => event.preventDefault());
  view.canvas.addEventListener("pointerdown", () => {
    if (phase === "over") newEpisode();
    else if (phase === "paused") play();
  });
  for (const [button, key] of [[view.left, view.leftKey], [view.right, view.rightKey]]) {
    button.tabIndex = -1;
    button.addEventListener("pointerdown", () => {
      focus();
      press(key);
    });
    for (const end of ["pointerup", "pointerleave", "pointercancel"])
      button.addEventListener(end, () => release(key));
  }
  view.restart.tabIndex = -1;
  view.restart.addEventListener("click", () => {
    focus();
    newEpisode();
  });

  draw();
  return () => cancelAnimationFrame(request);
}

export default { render };
