// What tests run in the page itself: each function is sent there as it stands, and sees nothing of this module.

/** Text colours against the ground that they stand on, in the page. */
export function contrasts(): { what: string; ratio: number }[] {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor === 'rgba(0, 0, 0, 0)' ? groundOf(element.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll('body *')]
    .filter((element) => [...element.childNodes].some(({ nodeType, nodeValue }) => nodeType === 3 && nodeValue?.trim()))
    .map((element) => {
      const [one, two] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
      return { what: element.textContent ?? '', ratio: (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05) };
    });
}

/** Tries what the policy forbids, in the page; the directives that stopped it, in order. */
export async function tryToRun(markup: string): Promise<string[]> {
  const stopped = new Set<string>();
  document.addEventListener('securitypolicyviolation', (event) => stopped.add(event.effectiveDirective));
  const main = document.createElement('div');
  main.innerHTML = `${markup}<img src="https://example.org/x.png"><p style="color: red" onclick="x()">`;
  const script = document.createElement('script');
  script.textContent = `document.title = 'broken in'`;
  document.body.append(main, script);
  await fetch('https://example.org/').catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 200));
  return [...stopped].sort();
}
