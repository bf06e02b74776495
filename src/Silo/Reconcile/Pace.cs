namespace Silo.Reconcile;

/// <summary>How long to wait before the next pass: work that grows with the number of jobs must not take a growing share of the machine.</summary>
internal static class Pace
{
    /// <summary>A pass may take one part in so many of the time.</summary>
    private const int Share = 20;

    /// <param name="period">Not sooner than this.</param>
    /// <param name="took">How long the last pass took.</param>
    /// <param name="silos">So many do the same; together they do it as often as one alone would.</param>
    public static TimeSpan Next(TimeSpan period, TimeSpan took, int silos) => silos * (took * Share > period ? took * Share : period);
}
