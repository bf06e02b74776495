namespace Grains.Quotas;

/// <summary>How a quota grain paces itself. Configuration section "Quotas".</summary>
public sealed class QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Before the directory that did not answer is told again. Default 5 s.</summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long what borrowers give back is kept for an owner who does not ask again. Default 60 s.</summary>
    public TimeSpan EarmarkLease { get; set; } = TimeSpan.FromSeconds(60);
}
