using System.Collections.Immutable;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Quotas;

/// <summary>A whole quota tree, keyed by cohort: a charge over user, team and cohort is one atomic turn.</summary>
[Alias("Grains.Quotas.IQuotaGrain")]
public interface IQuotaGrain : IGrainWithStringKey
{
    /// <summary>
    /// Charges several attempts in one durable turn; each is granted or refused by itself. Repeatable: a charge is keyed by attempt. One that
    /// is owed and refused is kept for: what borrowers give back goes to nobody else while the same attempt asks again within each lease.
    /// </summary>
    Task<ChargeAnswer> Charge(ChargeBatch batch);

    /// <summary>Ends charges of these plans or older ones; unknown ones are done already. Pools that were refused hear of the room. Repeatable.</summary>
    Task Refund(ImmutableArray<PlanRef> charges);

    /// <summary>These attempts do not want what was kept for them any more. Repeatable; without it the lease ends by itself.</summary>
    Task CallOff(ImmutableArray<AttemptId> attempts);

    /// <summary>
    /// What would be said to these charges, now and once others are gone. Nothing is charged; what is to be given back can be kept for
    /// a charge that would then be granted. Repeatable.
    /// </summary>
    Task<Foresight> Foresee(ForeseeBatch batch);

    /// <summary>
    /// What the tree would say to these charges one after the other, each beside those before it that would be granted, or for which
    /// something is kept: null where it would. Changes nothing, and keeps nothing.
    /// </summary>
    [ReadOnly]
    Task<ImmutableArray<QuotaRefusal?>> ForeseeEach(ImmutableArray<ChargeQuestion> questions);

    /// <summary>Those of these attempts that use now what others are owed.</summary>
    [ReadOnly]
    Task<ImmutableArray<AttemptId>> WhichBorrow(ImmutableArray<AttemptId> attempts);

    /// <summary>The tree as this caller may see it (operators all of it, tenants the path to their team and below it). Null: no such path.</summary>
    [ReadOnly]
    [OpenToGateways]
    Task<QuotaTreeView?> GetTree(Caller caller, QuotaPath path);

    /// <summary>Sets one level's nominal, limit and weight. <paramref name="ifVersion"/> must be the tree's present version.</summary>
    [OpenToGateways]
    Task<Answer> SetQuota(Caller caller, QuotaPath path, QuotaSpec spec, long ifVersion);

    /// <summary>All live charges, for the auditor.</summary>
    [ReadOnly]
    Task<ImmutableArray<QuotaCharge>> GetCharges();

    /// <summary>The tree as it stands, with the charges in attempt order after one; what is set comes with the first page (null) only.</summary>
    [ReadOnly]
    Task<QuotaSnapshot> GetState(AttemptId? after, int limit);
}
