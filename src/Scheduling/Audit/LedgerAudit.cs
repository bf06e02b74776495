using System.Globalization;
using Scheduling.Ledger;

namespace Scheduling.Audit;

/// <summary>GPU-seconds by what became of them sum to capacity (I17).</summary>
public static class LedgerAudit
{
    private const double Rounding = 1e-9;

    public static void Check(GpuSecondLedger ledger, AuditReport report) => Check(ledger.Seconds, ledger.CapacitySeconds, report);

    /// <summary>The same of figures that no ledger vouches for.</summary>
    public static void Check(Func<GpuUse, double> seconds, double capacity, AuditReport report)
    {
        var uses = Enum.GetValues<GpuUse>();
        report.Count(uses.Length + 1);
        foreach (var use in uses.Where(u => seconds(u) < 0))
        {
            report.Find("I17", $"fewer than no GPU-seconds are {use}");
        }

        var sum = uses.Sum(seconds);
        if (Math.Abs(sum - capacity) > 0.001 + (Rounding * capacity))
        {
            report.Find("I17", string.Create(CultureInfo.InvariantCulture, $"{sum - capacity:F3} GPU-seconds more are accounted for than there were"));
        }
    }
}
