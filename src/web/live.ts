import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** Longer than two beats of the server. */
const SILENT_MS = 25_000;
const RETRY_MS = 1_500;
const GATHER_MS = 150;

/**
 * Follows what changes at the desk and has it read anew. Returns false while nothing is heard from the server; when it is
 * back, everything is read anew, since changes may have been missed.
 */
export function useLive(client: QueryClient, loggedIn: boolean): boolean {
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!loggedIn) return;
    let source: EventSource | undefined;
    let lost = false;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const changed = new Set<string>();

    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(lose, SILENT_MS);
      if (!lost) return;
      lost = false;
      setConnected(true);
      void client.invalidateQueries();
    };
    const lose = () => {
      lost = true;
      setConnected(false);
      source?.close();
      clearTimeout(watchdog);
      clearTimeout(retry);
      retry = setTimeout(connect, RETRY_MS);
    };
    const refresh = () => {
      gathering = undefined;
      for (const key of ['queue', 'counts', 'views', 'alike', 'search'])
        void client.invalidateQueries({ queryKey: [key] });
      for (const caseId of changed) void client.invalidateQueries({ queryKey: ['task', caseId] });
      changed.clear();
    };
    const connect = () => {
      source = new EventSource('/v1/desk/events');
      source.addEventListener('beat', heard);
      source.addEventListener('reload', () => void client.invalidateQueries());
      source.addEventListener('changed', ({ data }: MessageEvent<string>) => {
        heard();
        for (const caseId of (JSON.parse(data) as { caseIds: string[] }).caseIds) changed.add(caseId);
        gathering ??= setTimeout(refresh, GATHER_MS);
      });
      source.addEventListener('error', lose);
    };
    const offline = () => lose();
    window.addEventListener('offline', offline);
    connect();
    return () => {
      window.removeEventListener('offline', offline);
      source?.close();
      for (const timer of [watchdog, retry, gathering]) clearTimeout(timer);
    };
  }, [client, loggedIn]);
  return connected;
}
