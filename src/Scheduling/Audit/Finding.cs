namespace Scheduling.Audit;

/// <summary>Something that does not hold: which invariant, by its number in docs/architecture.md, and what was found, with names.</summary>
/// <param name="Invariant">"I1" … "I18".</param>
/// <param name="What">The same words as long as it is the same fault: an audit that finds it again must be able to tell.</param>
/// <param name="IsSlow">News of this travels by levels and may be some seconds behind: it is a fault only when it stays.</param>
public readonly record struct Finding(string Invariant, string What, bool IsSlow = false)
{
    public override string ToString() => $"{Invariant}: {What}";

    /// <summary>The number that a written finding, "I7: …", begins with.</summary>
    public static string NumberOf(string finding) => finding.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? finding[..colon] : finding;
}
