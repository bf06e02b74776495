using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Gateway.Http;
using Gateway.Validation;
using Grains;
using Microsoft.AspNetCore.Http.Features;
using Scheduling.Model;

namespace Gateway.Auth;

/// <summary>Turns an authenticated principal into the caller that grains know.</summary>
internal static class Callers
{
    /// <summary>Who everyone is without an issuer.</summary>
    public static Caller Local { get; } = new()
    {
        Tenant = new TenantId("local"),
        User = "local",
        Roles = CallerRoles.Reader | CallerRoles.Submitter | CallerRoles.Operator | CallerRoles.Admin,
    };

    /// <summary>The caller of an authorised request.</summary>
    public static Caller Of(HttpContext context) => context.Features.GetRequiredFeature<Caller>();

    /// <summary>Null, with why, when the token's claims cannot be used.</summary>
    public static Caller? FromClaims(ClaimsPrincipal principal, AuthOptions options, out string? fault)
    {
        var tenant = principal.FindFirst(options.TenantClaim)?.Value;
        var user = principal.FindFirst(options.UserClaim)?.Value ?? principal.FindFirst("sub")?.Value;
        if (tenant is not null && !Rules.IsName(tenant))
        {
            fault = "The token's tenant is not a name that this system takes.";
            return null;
        }

        if (string.IsNullOrEmpty(user))
        {
            fault = "The token names no user.";
            return null;
        }

        fault = null;
        return new Caller { Tenant = tenant is null ? null : new TenantId(tenant), User = SafeUser(user), Roles = RolesOf(principal, options) };
    }

    private static CallerRoles RolesOf(ClaimsPrincipal principal, AuthOptions options)
    {
        var roles = CallerRoles.None;
        foreach (var claim in principal.FindAll(options.RolesClaim))
        {
            roles |= claim.Value switch
            {
                "reader" => CallerRoles.Reader,
                "submitter" => CallerRoles.Submitter,
                "operator" => CallerRoles.Operator,
                "admin" => CallerRoles.Admin,
                _ => CallerRoles.None,
            };
        }

        return roles;
    }

    /// <summary>
    /// Users are a level of quota paths, so names that don't fit there are rewritten: what may stay stays, and a piece of
    /// the name's hash keeps two such names apart.
    /// </summary>
    private static string SafeUser(string user)
    {
        if (Rules.IsUser(user))
            return user;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(user), digest);
        var kept = new StringBuilder(48);
        foreach (var c in user)
        {
            if (kept.Length < 40)
                kept.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        }

        return $"u-{kept}-{Ids.Base32(digest, 12)}";
    }
}
