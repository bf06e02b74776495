using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>What will become of an attempt's workers if nobody stops them. Drawn from the seed, so it is the same after a restart.</summary>
/// <param name="RunFor">From the start to success; null runs until stopped.</param>
/// <param name="FailAfter">From the start to the failure; null when no worker fails.</param>
/// <param name="FailingRank">The worker that fails first.</param>
internal sealed record HollowFate(TimeSpan? RunFor, TimeSpan? FailAfter, int FailingRank)
{
    public static HollowFate Of(AttemptId attempt, JobSpec spec, HollowOptions options)
    {
        var runFor = spec.RunFor / options.TimeScale;
        if (options.FailureProbability <= 0)
        {
            return new HollowFate(runFor, null, -1);
        }

        var random = new Random(Mix(options.Seed, attempt));
        for (var rank = 0; rank < spec.TotalWorkers; rank++)
        {
            if (random.NextDouble() < options.FailureProbability)
            {
                return new HollowFate(runFor, (runFor ?? options.FailWithin) * random.NextDouble(), rank);
            }
        }

        return new HollowFate(runFor, null, -1);
    }

    /// <summary>FNV-1a over the id: string.GetHashCode differs from process to process.</summary>
    private static int Mix(int seed, AttemptId attempt)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var c in attempt.Job.Value)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)((hash ^ (uint)attempt.Number) * 16777619u);
    }
}
