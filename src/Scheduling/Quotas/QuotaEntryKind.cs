namespace Scheduling.Quotas;

/// <summary>What changed in a quota tree. Stored: never renumbered.</summary>
[GenerateSerializer]
public enum QuotaEntryKind
{
    None = 0,

    /// <summary><see cref="QuotaEntry.Charge"/> is charged, in place of its attempt's older charge.</summary>
    Charged = 1,

    /// <summary>The charge of <see cref="QuotaEntry.Plan"/> is over, and the plan may not come back.</summary>
    Refunded = 2,

    /// <summary><see cref="QuotaEntry.Path"/> has <see cref="QuotaEntry.Spec"/> now.</summary>
    SpecSet = 3,

    /// <summary><see cref="QuotaEntry.Pool"/> charges here: it is told when room appears.</summary>
    PoolSeen = 4,
}
