namespace Scheduling.Quotas;

/// <summary>What a charge does to a tree.</summary>
public abstract record ChargeDecision
{
    private ChargeDecision()
    {
    }

    /// <summary>Every level has room: the tree changes by this entry.</summary>
    public sealed record Change(QuotaEntry Entry) : ChargeDecision;

    /// <summary>It is charged already.</summary>
    public sealed record Nothing : ChargeDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>A level's limit binds, or the request is at fault: nothing is charged at any level.</summary>
    public sealed record Refuse(QuotaRefusal Refusal) : ChargeDecision;
}
