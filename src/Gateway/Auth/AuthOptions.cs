namespace Gateway.Auth;

/// <summary>The section "Auth" of the configuration. Without an issuer everyone on this machine is the admin, and nobody else gets in.</summary>
public sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>The OpenID Connect issuer, as in the tokens' iss; its discovery document names the keys. None by default.</summary>
    public string? Issuer { get; set; }

    /// <summary>Who the tokens must be meant for. Required with an issuer.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim that names the tenant. "tenant".</summary>
    public string TenantClaim { get; set; } = "tenant";

    /// <summary>The claim that names the user. "preferred_username", and where a token has none, "sub".</summary>
    public string UserClaim { get; set; } = "preferred_username";

    /// <summary>The claim that lists roles: reader, submitter, operator, admin. "roles".</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>True when no issuer is configured.</summary>
    public bool IsLocalOnly => string.IsNullOrWhiteSpace(Issuer);
}
