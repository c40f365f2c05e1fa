// The texts on the page with too little contrast (WCAG AA requires 4.5 to 1), as "ratio: text".
() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  function rgba(colour) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return { rgb: [red, green, blue], alpha: alpha / 255 };
  }

  const over = (top, alpha, under) => top.map((value, index) => value * alpha + under[index] * (1 - alpha));

  function groundOf(element) {
    const { rgb, alpha } = rgba(getComputedStyle(element).backgroundColor);
    if (alpha === 1) return rgb;
    const under = element.parentElement ? groundOf(element.parentElement) : [255, 255, 255];
    return over(rgb, alpha, under);
  }

  function luminance(rgb) {
    const [red, green, blue] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(element) {
    const ground = groundOf(element);
    const { rgb, alpha } = rgba(getComputedStyle(element).color);
    const [light, dark] = [luminance(over(rgb, alpha, ground)), luminance(ground)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !element.closest(".visually-hidden, .spoiler:not(.open), template");
  const carriers = [...document.querySelectorAll("body *")].filter((element) => shown(element)
    && (element.matches("input, select, textarea") || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())));
  return carriers
    .map((element) => ({ ratio: contrast(element), text: (element.textContent || element.value || "").trim().slice(0, 40) }))
    .filter(({ ratio }) => ratio < 4.5)
    .map(({ ratio, text }) => `${ratio.toFixed(2)}: ${text}`);
}
