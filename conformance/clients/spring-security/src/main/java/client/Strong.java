package client;

import com.nimbusds.jose.util.JSONObjectUtils;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.savedrequest.RequestCache;

/** The stronger login that some pages demand: how it is asked for, and how it is checked. */
record Strong(String acr, Duration maxAge)
        implements AuthorizationManager<RequestAuthorizationContext> {
    private static final String BASE = "/oauth2/authorization";
    private static final Duration SKEW = Duration.ofMinutes(1);

    /** Judges the ID token: Spring Security itself checks neither acr nor auth_time. */
    @Override
    public AuthorizationResult authorize(
            Supplier<? extends Authentication> who, RequestAuthorizationContext context) {
        var authentication = who.get();
        var enough =
                authentication != null
                        && authentication.getPrincipal() instanceof OidcUser user
                        && acr.equals(user.getIdToken().getAuthenticationContextClass())
                        && user.getIdToken().getAuthenticatedAt() != null
                        && user.getIdToken()
                                .getAuthenticatedAt()
                                .isAfter(Instant.now().minus(maxAge).minus(SKEW));
        return new AuthorizationDecision(enough);
    }

    /** Someone who is logged in, but not strongly enough, goes to the provider and comes back. */
    AccessDeniedHandler stepUp(RequestCache requests) {
        return (request, response, denied) -> {
            requests.saveRequest(request, response);
            response.sendRedirect(BASE + "/idp?strong");
        };
    }

    /** Adds to an authorization request what makes the login stronger. */
    OAuth2AuthorizationRequestResolver requests(ClientRegistrationRepository registrations) {
        var standard = new DefaultOAuth2AuthorizationRequestResolver(registrations, BASE);
        return new OAuth2AuthorizationRequestResolver() {
            @Override
            public OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
                return strengthen(standard.resolve(request), request);
            }

            @Override
            public OAuth2AuthorizationRequest resolve(HttpServletRequest request, String id) {
                return strengthen(standard.resolve(request, id), request);
            }
        };
    }

    private OAuth2AuthorizationRequest strengthen(
            OAuth2AuthorizationRequest resolved, HttpServletRequest request) {
        if (resolved == null) {
            return null;
        }
        var added = new HashMap<String, Object>();
        if (request.getParameter("strong") != null) {
            // Essential: the provider answers with an error rather than with less, so that we
            // never go round in a circle.
            var acrClaim = Map.of("essential", true, "value", acr);
            var claims = Map.<String, Object>of("id_token", Map.of("acr", acrClaim));
            added.put("claims", JSONObjectUtils.toJSONString(claims));
            added.put("max_age", Long.toString(maxAge.toSeconds()));
        }
        if (Variant.uses("form_post")) {
            added.put("response_mode", "form_post");
        }
        return OAuth2AuthorizationRequest.from(resolved)
                .additionalParameters(it -> it.putAll(added))
                .build();
    }
}
