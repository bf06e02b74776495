using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Quotas;

/// <summary>
/// What a caller may see of one tree (I16): operators all of it; a tenant the path to its team, which carries the tenant's name at
/// depth 2, and everything below. Nothing of other teams, not even that they are there.
/// </summary>
internal sealed class QuotaAccess
{
    private readonly string _cohort;
    private readonly string? _team;

    private QuotaAccess(string cohort, string? team)
    {
        _cohort = cohort;
        _team = team;
    }

    /// <summary>Null: nothing at all.</summary>
    public static QuotaAccess? Of(Caller caller, string cohort)
    {
        if (caller.IsOperator)
            return new QuotaAccess(cohort, null);
        return caller.Tenant is { } tenant ? new QuotaAccess(cohort, $"{cohort}/{tenant.Value}") : null;
    }

    public bool MaySee(QuotaPath path) =>
        _team is null || path.Value == _cohort || path.Value == _team || path.Value.StartsWith(_team + "/", StringComparison.Ordinal);

    /// <summary>A tenant without a team here learns nothing of the cohort either.</summary>
    public bool Exists(QuotaTree tree) => _team is null || tree.Has(new QuotaPath(_team));
}
