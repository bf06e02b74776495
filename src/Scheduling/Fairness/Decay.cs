namespace Scheduling.Fairness;

/// <summary>
/// Halving over time, from multiplications and additions alone: those are rounded the same on every machine, which the maths
/// library's powers are not, and a replay must come to the same order bit for bit (I18).
/// </summary>
internal static class Decay
{
    private const double Ln2 = 0.693147180559945309417;
    private const int Terms = 16;
    private const int GoneAfter = 64;

    /// <summary>2^-(elapsed/halfLife), within 1e-15 of it; 1 when no time has passed.</summary>
    public static double Factor(long elapsed, long halfLife)
    {
        if (elapsed <= 0)
            return 1;
        var (whole, rest) = Math.DivRem(elapsed, halfLife);
        if (whole >= GoneAfter)
            return 0;

        // e^-x for x in [0, ln 2): the terms fall by more than their number each time.
        var x = rest / (double)halfLife * Ln2;
        var sum = 1.0;
        for (var n = Terms; n >= 1; n--)
            sum = 1 - (x / n * sum);
        return sum / (1L << (int)whole);
    }
}
