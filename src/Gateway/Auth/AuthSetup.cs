using Gateway.Hosting;
using Grains;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Auth;

/// <summary>Registers authentication and authorisation: bearer tokens of one issuer, or the local admin.</summary>
internal static class AuthSetup
{
    public static void AddGatewayAuth(this IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton(options);

        // Not AddAuthentication, which would also keep a key ring for cookies on disk.
        services.AddAuthenticationCore(o => o.DefaultScheme = options.IsLocalOnly ? LocalAuthentication.SchemeName : JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        services.TryAddSingleton<IAuthenticationConfigurationProvider, AuthenticationConfiguration>();
        var authentication = new AuthenticationBuilder(services);
        if (options.IsLocalOnly)
            authentication.AddScheme<AuthenticationSchemeOptions, LocalAuthentication>(LocalAuthentication.SchemeName, null);
        else
            authentication.AddJwtBearer(bearer => Configure(bearer, options));
        Policies.Add(services.AddAuthorizationBuilder());
    }

    private static void Configure(JwtBearerOptions bearer, AuthOptions options)
    {
        bearer.Authority = options.Issuer;
        bearer.RequireHttpsMetadata = !Loopback.IsLoopbackHost(new Uri(options.Issuer!).Host);
        bearer.MapInboundClaims = false;
        bearer.SaveToken = false;
        bearer.IncludeErrorDetails = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidateIssuer = true,
            ValidIssuer = options.Issuer,
            ValidateAudience = true,
            ValidAudience = options.Audience,
            ValidateLifetime = true,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuerSigningKey = true,
            ClockSkew = TimeSpan.FromSeconds(30),
            ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
            NameClaimType = options.UserClaim,
            RoleClaimType = options.RolesClaim,
        };
        bearer.Events = new JwtBearerEvents { OnTokenValidated = context => Remember(context, options) };
    }

    /// <summary>Where schemes look for settings of their own.</summary>
    private sealed class AuthenticationConfiguration(IConfiguration configuration) : IAuthenticationConfigurationProvider
    {
        IConfiguration IAuthenticationConfigurationProvider.AuthenticationConfiguration { get; } = configuration.GetSection("Authentication");
    }

    private static Task Remember(TokenValidatedContext context, AuthOptions options)
    {
        if (Callers.FromClaims(context.Principal!, options, out var fault) is { } caller)
            context.HttpContext.Features.Set<Caller>(caller);
        else
            context.Fail(fault!);
        return Task.CompletedTask;
    }
}
