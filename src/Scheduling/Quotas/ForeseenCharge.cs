namespace Scheduling.Quotas;

/// <summary>A charge that may come to be, asked about beside others.</summary>
/// <param name="Charge">What it would be.</param>
/// <param name="IsPromised">It is counted beside those after it whatever is said to it by now: others are leaving for it, and are counted until they are gone.</param>
public readonly record struct ForeseenCharge(QuotaCharge Charge, bool IsPromised);
