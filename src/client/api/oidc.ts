import * as client from 'openid-client';
import { Problem } from './problems.ts';

/** An issuer at which people log in (OpenID Connect, authorization code with PKCE). */
export interface OidcOptions {
  issuer: string;
  clientId: string;
  clientSecret?: string;
  /** Where people reach the API; the issuer sends them back to `/v1/login/oidc/callback` under it. */
  publicUrl: string;
}

/** What the browser keeps between going to the issuer and coming back. */
export interface OidcState {
  state: string;
  nonce: string;
  verifier: string;
}

export interface OidcProvider {
  begin(): Promise<{ url: string; kept: OidcState }>;
  /** The verified e-mail address of who came back. Throws a problem that says what is wrong. */
  end(search: string, kept: OidcState): Promise<string>;
}

export const CALLBACK = '/v1/login/oidc/callback';

/** Asks the issuer for its configuration at the first login, so that the API starts without it. */
export function oidcProvider({ issuer, clientId, clientSecret, publicUrl }: OidcOptions): OidcProvider {
  const redirect = new URL(CALLBACK, publicUrl);
  let known: client.Configuration | undefined;
  const configuration = async () => {
    const plain = new URL(issuer).protocol === 'http:';
    known ??= await client
      .discovery(
        new URL(issuer),
        clientId,
        clientSecret,
        undefined,
        plain ? { execute: [client.allowInsecureRequests] } : {},
      )
      .catch((error: unknown) => {
        throw new Problem(503, 'issuer-away', `The issuer ${issuer} does not answer as OpenID Connect.`, {
          cause: error,
        });
      });
    return known;
  };
  return {
    async begin() {
      const kept = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirect.href,
        scope: 'openid email profile',
        code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
        code_challenge_method: 'S256',
        state: kept.state,
        nonce: kept.nonce,
      });
      return { url: url.href, kept };
    },

    async end(search, { state, nonce, verifier }) {
      const config = await configuration();
      let claims: client.IDToken | undefined;
      let token: string;
      try {
        const back = new URL(`${redirect.href}${search}`);
        const checks = {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        };
        const tokens = await client.authorizationCodeGrant(config, back, checks);
        claims = tokens.claims();
        token = tokens.access_token;
      } catch (error) {
        throw new Problem(401, 'login-failed', 'The login at the issuer was not confirmed; log in again.', {
          cause: error,
        });
      }
      if (!claims) throw new Problem(401, 'login-failed', 'The issuer sent no identity.');
      // Issuers put the address into the id token or only behind the userinfo address.
      const said = claims['email'] === undefined ? await client.fetchUserInfo(config, token, claims.sub) : claims;
      const { email, email_verified: verified } = said;
      if (typeof email !== 'string')
        throw new Problem(403, 'no-email', 'The issuer says no e-mail address; ask its administrator.');
      if (verified !== true) throw new Problem(403, 'email-not-verified', `The issuer has not verified ${email}.`);
      return email;
    },
  };
}
