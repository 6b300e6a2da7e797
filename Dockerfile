# The local system, for trying it out: what `npm start` runs, as a user who owns nothing but the data. What
# is deployed runs at Cloudflare and needs no container.

FROM node:24-bookworm-slim

WORKDIR /srv/portal-gateway

COPY package.json package-lock.json .npmrc ./
RUN npm ci && npm cache clean --force

COPY . .
RUN mkdir /data && chown node:node /data

USER node
ENV DATA_DIR=/data LISTEN_ADDRESS=0.0.0.0
VOLUME /data
EXPOSE 8787

HEALTHCHECK --interval=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/admin/api/v1/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Not npm: its child gets the signals.
CMD ["node", "scripts/start.mjs"]
