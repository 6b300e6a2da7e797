// The least that a worker in front of an upstream can do: the request goes on as it came.

export default {
  async fetch(request: Request, env: { readonly UPSTREAM_URL: string }) {
    return await fetch(env.UPSTREAM_URL + new URL(request.url).pathname, request)
  },
}
