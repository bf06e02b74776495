namespace Scheduling.Quotas;

/// <summary>What a tree would say to a charge that is not made.</summary>
[GenerateSerializer, Immutable]
public sealed record ChargeOutlook
{
    /// <summary>Why it would be refused now; null: it would be granted.</summary>
    [Id(0)] public QuotaRefusal? Now { get; init; }

    /// <summary>Why it would be refused even if those were gone that the question names; null: it would be granted then.</summary>
    [Id(1)] public QuotaRefusal? Then { get; init; }

    /// <summary>Granted, it would use what others are owed.</summary>
    [Id(2)] public bool Borrows { get; init; }
}
