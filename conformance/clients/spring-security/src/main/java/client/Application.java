package client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.NimbusJwtClientAuthenticationParametersConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.userinfo.DefaultOAuth2UserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserRequest;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A web application that logs people in with Spring Security. */
@SpringBootApplication
@RestController
public class Application {
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @Bean
    Strong strong(@Value("${ISSUER}") String issuer) {
        return new Strong(issuer + "/acr/pwd-email", Duration.ofMinutes(30));
    }

    /** The algorithm the client has registered; without this bean only RS256 is believed. */
    @Bean
    JwtDecoderFactory<ClientRegistration> idTokenDecoder() {
        var factory = new OidcIdTokenDecoderFactory();
        factory.setJwsAlgorithmResolver(registration -> SignatureAlgorithm.ES256);
        return factory;
    }

    @Bean
    SecurityFilterChain security(
            HttpSecurity http, ClientRegistrationRepository registrations, Strong strong)
            throws Exception {
        var atProvider = new OidcClientInitiatedLogoutSuccessHandler(registrations);
        atProvider.setPostLogoutRedirectUri("{baseUrl}/logged-out");
        return http.authorizeHttpRequests(
                        rules ->
                                rules.requestMatchers("/logged-out", "/failed")
                                        .permitAll()
                                        .requestMatchers("/step-up")
                                        .access(strong)
                                        .anyRequest()
                                        .authenticated())
                .exceptionHandling(
                        it -> it.accessDeniedHandler(strong.stepUp(new HttpSessionRequestCache())))
                // With form_post the provider's answer is a POST; its state protects it.
                .csrf(it -> it.ignoringRequestMatchers("/callback"))
                .oauth2Login(login -> configure(login, registrations, strong))
                .logout(
                        it ->
                                it.logoutRequestMatcher(
                                                PathPatternRequestMatcher.withDefaults()
                                                        .matcher("/logout"))
                                        .logoutSuccessHandler(atProvider))
                .build();
    }

    private void configure(
            OAuth2LoginConfigurer<HttpSecurity> login,
            ClientRegistrationRepository registrations,
            Strong strong) {
        login.loginPage("/oauth2/authorization/idp")
                // Or a refused login would begin again by itself.
                .failureUrl("/failed")
                .redirectionEndpoint(it -> it.baseUri("/callback"))
                .tokenEndpoint(it -> it.accessTokenResponseClient(tokens()))
                .authorizationEndpoint(
                        it ->
                                it.authorizationRequestResolver(strong.requests(registrations))
                                        .authorizationRequestRepository(new LoginsInSession()));
    }

    /** The token endpoint, with the client's key where it has one. */
    private static RestClientAuthorizationCodeTokenResponseClient tokens() {
        var client = new RestClientAuthorizationCodeTokenResponseClient();
        if (Variant.uses("private_key_jwt")) {
            var key = Variant.key();
            client.addParametersConverter(
                    new NimbusJwtClientAuthenticationParametersConverter<>(registration -> key));
        }
        return client;
    }

    @GetMapping({"/", "/login", "/step-up"})
    Map<String, Object> shown(
            @AuthenticationPrincipal OidcUser user,
            @RegisteredOAuth2AuthorizedClient("idp") OAuth2AuthorizedClient client) {
        return page(user, user.getUserInfo().getClaims(), client);
    }

    /** Uses the refresh token, as Spring Security does by itself when the access token is over. */
    @GetMapping("/refresh")
    Map<String, Object> refresh(
            @AuthenticationPrincipal OidcUser user,
            @RegisteredOAuth2AuthorizedClient("idp") OAuth2AuthorizedClient client) {
        var registration = client.getClientRegistration();
        var fresh =
                new RestClientRefreshTokenTokenResponseClient()
                        .getTokenResponse(
                                new OAuth2RefreshTokenGrantRequest(
                                        registration,
                                        client.getAccessToken(),
                                        client.getRefreshToken()));
        var userinfo =
                new DefaultOAuth2UserService()
                        .loadUser(new OAuth2UserRequest(registration, fresh.getAccessToken()));
        var renewed =
                new OAuth2AuthorizedClient(
                        registration,
                        client.getPrincipalName(),
                        fresh.getAccessToken(),
                        fresh.getRefreshToken());
        return page(user, userinfo.getAttributes(), renewed);
    }

    private static Map<String, Object> page(
            OidcUser user, Map<String, Object> userinfo, OAuth2AuthorizedClient client) {
        var page = new HashMap<String, Object>();
        page.put("id_token", new Claims(user.getIdToken().getClaims()).asJson());
        page.put("userinfo", new Claims(userinfo).asJson());
        if (Variant.uses("refresh")) {
            page.put("access_token", client.getAccessToken().getTokenValue());
        }
        return page;
    }

    @GetMapping("/failed")
    @ResponseStatus(HttpStatus.FORBIDDEN)
    String failed() {
        return "the login failed";
    }

    @GetMapping("/logged-out")
    String loggedOut() {
        return "logged out";
    }
}
