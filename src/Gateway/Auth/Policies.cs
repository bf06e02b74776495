using Microsoft.AspNetCore.Authorization;

namespace Gateway.Auth;

/// <summary>Who may do what. Endpoints without one of these fall back to <see cref="Read"/>.</summary>
internal static class Policies
{
    public const string Read = "read";
    public const string Submit = "submit";
    public const string Operate = "operate";
    public const string Administer = "administer";

    public static void Add(AuthorizationBuilder authorization)
    {
        var read = Roles("reader", "submitter", "operator", "admin");
        authorization
            .AddPolicy(Read, read)
            .AddPolicy(Submit, Roles("submitter", "admin"))
            .AddPolicy(Operate, Roles("operator", "admin"))
            .AddPolicy(Administer, Roles("admin"))
            .SetDefaultPolicy(read)
            .SetFallbackPolicy(read);
    }

    private static AuthorizationPolicy Roles(params string[] roles) =>
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(roles).Build();
}
