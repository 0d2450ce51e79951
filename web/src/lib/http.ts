// SPDX-License-Identifier: Apache-2.0
import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from '@/api/generated/schema';

/** What the console said when it refused a request. */
export class ApiError extends Error {
  readonly status: number;
  readonly property: string | null;
  readonly requestId: string | null;
  constructor(status: number, message: string, property: string | null, requestId: string | null) {
    super(message);
    this.status = status;
    this.property = property;
    this.requestId = requestId;
  }
}

interface ErrorBody {
  errors?: { message?: string; propertyName?: string; parameterName?: string }[];
}

export async function toApiError(response: Response): Promise<ApiError> {
  let message = `The console answered ${response.status}.`;
  let property: string | null = null;
  try {
    const body = (await response.clone().json()) as ErrorBody;
    const first = body.errors?.[0];
    if (first?.message) message = first.message;
    property = first?.propertyName ?? first?.parameterName ?? null;
  } catch {
    // The answer is not ours (a proxy, say); the status is all there is to tell.
  }
  return new ApiError(response.status, message, property, response.headers.get('X-Request-Id'));
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-Steward-Csrf', '1');
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await toApiError(response);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => window.fetch(request) });
api.use(guard);

/** A request outside the typed client: the session, files and lists chosen at run time. */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Steward-Csrf'] = '1';
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await window.fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) });
  if (!response.ok) throw await toApiError(response);
  return response;
}

/** The object an answer carries; the console never answers 200 without one. */
export function dataOf<T>(answer: { data?: { data?: T } | undefined }): T {
  const data = answer.data?.data;
  if (data === undefined) throw new ApiError(200, 'The console sent an answer without data.', null, null);
  return data;
}
