// Plays whatever fills the screen, and only that. Videos far from the screen hold no data.

import { announce } from "./dom.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Player {
  /** `autoplay`: play what comes into view. Without it every video waits for a tap. */
  constructor(reel, { autoplay, onShow }) {
    this.reel = reel;
    this.autoplay = autoplay && !still.matches;
    this.onShow = onShow;
    this.onSound = () => {};
    this.current = null;
    this.soundOn = false;
    this.observer = new IntersectionObserver((entries) => this.seen(entries), { root: reel, threshold: 0.6 });
    document.addEventListener("visibilitychange", () => this.pageVisible());
  }

  watch(node) { this.observer.observe(node); }
  forget(node) { this.observer.unobserve(node); node.leave?.(); if (this.current === node) this.current = null; }

  seen(entries) {
    const entry = entries.filter((each) => each.isIntersecting).at(-1);
    if (entry && entry.target !== this.current) this.show(entry.target);
  }

  show(node) {
    this.current?.leave?.();
    this.current = node;
    for (const near of this.nearby(node)) near.arm?.();
    for (const item of this.reel.querySelectorAll(".item")) if (!this.nearby(node).includes(item)) item.disarm?.();
    if (this.autoplay) this.play();
    this.onShow(node);
  }

  /** Look again at what fills the screen, after something was taken out. */
  refresh() {
    requestAnimationFrame(() => {
      const index = Math.round(this.reel.scrollTop / Math.max(1, this.reel.clientHeight));
      const node = this.reel.children[Math.min(index, this.reel.children.length - 1)];
      if (node && node !== this.current) this.show(node);
    });
  }

  nearby(node) { return [node.previousElementSibling, node, node.nextElementSibling].filter(Boolean); }

  /** Everything after what fills the screen. */
  upcoming() {
    const all = [...this.reel.children];
    return all.slice(all.indexOf(this.current) + 1);
  }

  get video() { return this.current?.querySelector("video") ?? null; }

  async play() {
    const { video } = this;
    if (!video || document.querySelector("dialog.warning")) return; // nothing plays under a warning label
    video.muted = !this.soundOn;
    try {
      await video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError" || video.muted) return;
      this.setSound(false); // the browser wants a tap before it allows sound
      await video.play().catch(() => {});
    }
  }

  /** A tap: the first one turns the sound on, later ones pause and play. */
  tap() {
    const { video } = this;
    if (!video) return;
    if (video.paused) this.play();
    else if (!this.soundOn) this.setSound(true);
    else video.pause();
  }

  togglePlay() {
    if (!this.video) return;
    if (this.video.paused) this.play(); else this.video.pause();
  }

  toggleSound() {
    this.setSound(!this.soundOn);
    announce(this.soundOn ? "Sound on" : "Sound off");
  }

  setSound(on) {
    this.soundOn = on;
    for (const video of this.reel.querySelectorAll("video")) video.muted = !on;
    this.onSound(on);
  }

  /** Move by one item; what comes into view takes over by itself. */
  step(by) {
    const all = [...this.reel.children];
    const target = all[all.indexOf(this.current) + by];
    if (!target) return;
    target.scrollIntoView({ behavior: still.matches ? "instant" : "smooth" });
    target.focus({ preventScroll: true });
  }

  pageVisible() {
    if (document.hidden) this.video?.pause();
    else if (this.autoplay) this.play();
  }
}
