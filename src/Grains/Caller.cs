using Scheduling.Model;

namespace Grains;

/// <summary>Who asks, as the gateway authenticated them. Grains check it again: a tenant never reaches another tenant's objects.</summary>
[GenerateSerializer, Immutable]
public sealed record Caller
{
    /// <summary>Null for operators without a tenant of their own.</summary>
    [Id(0)] public required TenantId? Tenant { get; init; }

    [Id(1)] public required string User { get; init; }

    [Id(2)] public required CallerRoles Roles { get; init; }

    /// <summary>May this caller see objects of <paramref name="owner"/>?</summary>
    public bool MaySee(TenantId owner) => Tenant == owner || (Roles & (CallerRoles.Operator | CallerRoles.Admin)) != 0;

    /// <summary>May this caller change objects of <paramref name="owner"/>?</summary>
    public bool MayChange(TenantId owner) => (Tenant == owner && (Roles & CallerRoles.Submitter) != 0) || (Roles & CallerRoles.Admin) != 0;

    public bool IsOperator => (Roles & (CallerRoles.Operator | CallerRoles.Admin)) != 0;

    public bool IsAdmin => (Roles & CallerRoles.Admin) != 0;
}

/// <summary>What a caller may do. Nobody has a role by default.</summary>
[Flags, GenerateSerializer]
public enum CallerRoles
{
    None = 0,

    /// <summary>See the jobs and quota of the own tenant.</summary>
    Reader = 1,

    /// <summary>Submit, cancel, suspend and resume jobs of the own tenant.</summary>
    Submitter = 2,

    /// <summary>See everything; cordon, uncordon and drain nodes.</summary>
    Operator = 4,

    /// <summary>Set quotas, and everything above, for every tenant.</summary>
    Admin = 8,
}
