// @ts-check
// Sheets of paper as an HTML file that needs nothing from outside and prints each on a page of its own.

/**
 * @param {{title: string, language: string, style: string, ground: "white" | "black", body: string}} given
 *   style, body: CSS and HTML that are this page's own
 * @returns {string}
 */
export const paperFile = ({ title, language, style, ground, body }) => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.replace(/[&<]/g, (letter) => (letter === "&" ? "&amp;" : "&lt;"))}</title>
<style>
@page { size: A4; margin: 0 }
body { margin: 0; background: ${ground === "white" ? "#fff" : "#000"} }
${style}
</style>
</head>
<body>
${body}
</body>
</html>
`;
