namespace Grains.Quotas;

/// <summary>How a quota grain paces itself. Configuration section "Quotas".</summary>
public sealed class QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Before the directory that did not answer is told again. Default 5 s.</summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(5);
}
