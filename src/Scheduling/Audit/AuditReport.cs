namespace Scheduling.Audit;

/// <summary>What one audit looked at and what it found wrong. Every check of this folder writes into one; online and in the simulation alike.</summary>
public sealed class AuditReport
{
    private readonly List<Finding> _findings = [];

    /// <summary>Checks made.</summary>
    public long Checks { get; private set; }

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>The findings in words, each "I1: …".</summary>
    public IEnumerable<string> Words => _findings.Select(f => f.ToString());

    /// <summary>So much was looked at and was as it should be, or is found below.</summary>
    public void Count(long checks) => Checks += checks;

    public void Find(string invariant, string what) => _findings.Add(new Finding(invariant, what));

    /// <summary>See <see cref="Finding.IsSlow"/>.</summary>
    public void FindSlow(string invariant, string what) => _findings.Add(new Finding(invariant, what, IsSlow: true));
}
