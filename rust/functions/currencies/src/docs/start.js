// Addresses are relative to the page, which is one level above its files.
const ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  oauth2RedirectUrl: new URL("docs/oauth2-redirect.html", window.location.href).href,
});
ui.initOAuth({
  clientId: "CLIENT_ID",
  scopes: ["currencies/read", "currencies/write"],
  usePkceWithAuthorizationCodeGrant: true,
});
