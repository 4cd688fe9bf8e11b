/**
 * Colours of text that means trouble or health. A theme's own are meant for icons: as text on a light ground they are too faint
 * (WCAG 2, 1.4.3), so each is drawn towards the colour of text.
 */
export const TONES = {
  bad: "color-mix(in srgb, var(--vscode-errorForeground) 60%, var(--vscode-foreground))",
  warning: "color-mix(in srgb, var(--vscode-editorWarning-foreground) 60%, var(--vscode-foreground))",
  good: "color-mix(in srgb, var(--vscode-testing-iconPassed) 40%, var(--vscode-foreground))",
} as const;
