import { RustHttpService } from "@pulumi/rust-serverless";

const service = new RustHttpService("service", {
  path: "../python/services/api",
  functions: { hello: { memoryMib: 256 } },
  routes: { "GET /hello": "hello", $default: "hello" },
});

export const url = service.url;
