using System.Security.Claims;
using System.Text.Encodings.Web;
using Grains;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Gateway.Auth;

/// <summary>Without an issuer: every request is this machine's admin. Only ever registered on loopback.</summary>
internal sealed class LocalAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Local";

    private static readonly Task<AuthenticateResult> s_success = Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(Principal(), SchemeName)));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        Context.Features.Set(Callers.Local);
        return s_success;
    }

    private static ClaimsPrincipal Principal()
    {
        string[] roles = ["reader", "submitter", "operator", "admin"];
        var claims = roles.Select(r => new Claim(ClaimTypes.Role, r)).Prepend(new Claim(ClaimTypes.Name, Callers.Local.User));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName));
    }
}
