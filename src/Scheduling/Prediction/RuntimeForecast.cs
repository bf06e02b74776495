namespace Scheduling.Prediction;

/// <summary>How long a job is thought to run, in seconds.</summary>
/// <param name="P50">Half of the jobs like this one run no longer in all.</param>
/// <param name="P90">Nine in ten.</param>
/// <param name="Ran">What it ran already: the figures are for those that got this far.</param>
/// <param name="Basis">The most special history that has runs.</param>
/// <param name="Runs">How many runs that history has, as far as they are not forgotten.</param>
public readonly record struct RuntimeForecast(double P50, double P90, double Ran, RunBasis Basis, double Runs)
{
    public double P50Left => Math.Max(0, P50 - Ran);

    public double P90Left => Math.Max(0, P90 - Ran);
}

/// <summary>Whose history a forecast rests on, from the most general to the most special.</summary>
public enum RunBasis
{
    /// <summary>There is none: nothing but that run times spread evenly over the orders of magnitude.</summary>
    Nothing = 0,
    Everybody = 1,
    Team = 2,
    TeamAndGpus = 3,
    User = 4,
    Name = 5,
    Batch = 6,
}
