import { ActionIcon, Button, Group, NativeSelect, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconMoon, IconSun } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useEffect, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useWords } from './i18n/use-words.ts';
import { Legend } from './keys/legend.tsx';
import { useLive } from './live.ts';
import { Desk } from './desk/desk.tsx';
import { LegendContext } from './parts/legend-context.ts';
import { Login } from './login.tsx';
import { may } from './rights.ts';
import { askWhoIAm, loggedOut, signOut, useSession } from './session.ts';
import { changeSettings, useSettings } from './settings.ts';

const AccountPage = lazy(async () => ({ default: (await import('./pages/account.tsx')).AccountPage }));
const AuditPage = lazy(async () => ({ default: (await import('./pages/audit.tsx')).AuditPage }));
const CasePage = lazy(async () => ({ default: (await import('./pages/case.tsx')).CasePage }));
const PacksPage = lazy(async () => ({ default: (await import('./pages/packs.tsx')).PacksPage }));
const PeoplePage = lazy(async () => ({ default: (await import('./pages/people.tsx')).PeoplePage }));
const SearchPage = lazy(async () => ({ default: (await import('./pages/search.tsx')).SearchPage }));

const PAGES = [
  ['/desk', 'app.desk', 'read-counts'],
  ['/search', 'app.search', 'read-counts'],
  ['/packs', 'app.packs', undefined],
  ['/people', 'app.people', 'read-people'],
  ['/audit', 'app.audit', 'read-audit'],
  ['/account', 'app.account', undefined],
] as const;

export function App() {
  const { say, language } = useWords();
  const { state, roles } = useSession();
  const [location] = useLocation();
  const connected = useLive(useQueryClient(), state === 'in' && may(roles, 'read-counts'));
  const [legend, setLegend] = useState(false);
  useEffect(() => {
    if (state === 'asking') askWhoIAm().catch(loggedOut);
  }, [state]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const here = location === '/' ? '/desk' : location;
  return (
    <LegendContext value={() => setLegend(true)}>
      <div className="app">
        <a className="skip" href="#main">
          {say('app.skip')}
        </a>
        <header className="top">
          <strong className="brand">Countersign</strong>
          <nav aria-label={say('app.menu')}>
            {PAGES.filter(([, , right]) => right === undefined || may(roles, right)).map(([path, title]) => (
              <Link key={path} href={path} aria-current={here.startsWith(path) ? 'page' : undefined}>
                {say(title)}
              </Link>
            ))}
          </nav>
          <Tools onLegend={() => setLegend(true)} />
        </header>
        {!connected && (
          <div className="lost" role="alert">
            {say('app.lost')}
          </div>
        )}
        <main id="main" tabIndex={-1}>
          {state === 'in' && (
            <Suspense fallback={<p className="page">{say('app.loading')}</p>}>
              <Switch>
                <Route path="/case/*?" component={CasePage} />
                <Route path="/search" component={SearchPage} />
                <Route path="/packs" component={PacksPage} />
                <Route path="/people" component={PeoplePage} />
                <Route path="/audit" component={AuditPage} />
                <Route path="/account" component={AccountPage} />
                <Route component={Desk} />
              </Switch>
            </Suspense>
          )}
        </main>
        <Legend opened={legend} onClose={() => setLegend(false)} />
        {state === 'out' && <Login />}
      </div>
    </LegendContext>
  );
}

function Tools({ onLegend }: { onLegend: () => void }) {
  const { say } = useWords();
  const { name, shown } = useSession();
  const { language } = useSettings();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  return (
    <Group gap="xs" className="tools" wrap="nowrap">
      {name !== '' && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => void signOut()}
          title={say('name.change', { name: shown })}
        >
          {shown}
        </Button>
      )}
      <NativeSelect
        size="xs"
        w={70}
        aria-label={say('app.language')}
        data={[
          { value: 'en', label: 'EN' },
          { value: 'de', label: 'DE' },
        ]}
        value={language}
        onChange={(event) => changeSettings({ language: event.currentTarget.value === 'de' ? 'de' : 'en' })}
      />
      <ActionIcon
        variant="default"
        size="md"
        aria-label={say('app.theme')}
        onClick={() => setColorScheme(dark ? 'light' : 'dark')}
      >
        {dark ? <IconSun size={16} /> : <IconMoon size={16} />}
      </ActionIcon>
      <ActionIcon variant="default" size="md" aria-label={say('app.legend')} onClick={onLegend}>
        <IconKeyboard size={16} />
      </ActionIcon>
    </Group>
  );
}
