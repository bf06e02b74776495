namespace Scheduling.Quotas;

/// <summary>What setting a level does to a tree.</summary>
public abstract record SpecDecision
{
    private SpecDecision()
    {
    }

    public sealed record Change(QuotaEntry Entry) : SpecDecision;

    /// <summary>It is set so already.</summary>
    public sealed record Nothing : SpecDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>The given version is not the present one: look again.</summary>
    public sealed record WrongVersion(long Present) : SpecDecision;

    /// <summary>The settings break a rule. <paramref name="Reason"/> is for the operator.</summary>
    public sealed record Refuse(string Reason) : SpecDecision;
}
