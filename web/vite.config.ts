import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const console = process.env.STEWARD_URL ?? 'https://localhost:1280';
const alias = { '@': fileURLToPath(new URL('./src', import.meta.url)) };

export default defineConfig({
  plugins: [react()],
  resolve: { alias },
  build: { outDir: 'dist', target: 'es2022', assetsInlineLimit: 0, manifest: true },
  server: { proxy: { '/api': { target: console, changeOrigin: true, secure: false } } },
  preview: { proxy: { '/api': { target: console, changeOrigin: true, secure: false } } },
  test: {
    projects: [
      {
        plugins: [react()],
        resolve: { alias },
        test: {
          name: 'unit',
          environment: 'jsdom',
          include: ['src/**/*.test.{ts,tsx}'],
          setupFiles: ['src/test/setup.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['e2e/**/*.e2e.ts'],
          testTimeout: 240_000, // one test walks through every page
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
