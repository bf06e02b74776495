using System.Globalization;
using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>What will become of an attempt's workers if nobody stops them. Drawn from the seed, so it is the same after a restart.</summary>
/// <param name="RunFor">From the start to success; null runs until stopped.</param>
/// <param name="FailAfter">From the start to the failure; null when no worker fails.</param>
/// <param name="FailingRank">The worker that fails first.</param>
/// <param name="FailureClass">How it fails.</param>
internal sealed record HollowFate(TimeSpan? RunFor, TimeSpan? FailAfter, int FailingRank, FailureClass FailureClass = FailureClass.Application)
{
    /// <summary>A label that makes a job's attempts fail so many seconds after their start.</summary>
    public const string FailAfterLabel = "hollow/fail-after";

    /// <summary>How they fail: a <see cref="Scheduling.Model.FailureClass"/>.</summary>
    public const string FailClassLabel = "hollow/fail-class";

    /// <summary>Only the first so many attempts fail; without it all do.</summary>
    public const string FailAttemptsLabel = "hollow/fail-attempts";

    public static HollowFate Of(AttemptId attempt, JobSpec spec, HollowOptions options)
    {
        var runFor = spec.RunFor / options.TimeScale;
        if (Scripted(attempt, spec) is { } script)
        {
            return new HollowFate(runFor, script.After / options.TimeScale, 0, script.Class);
        }

        if (options.FailureProbability <= 0)
        {
            return new HollowFate(runFor, null, -1);
        }

        var random = new Random(Mix(options.Seed, attempt));
        for (var rank = 0; rank < spec.TotalWorkers; rank++)
        {
            if (random.NextDouble() < options.FailureProbability)
            {
                return new HollowFate(runFor, (runFor ?? options.FailWithin) * random.NextDouble(), rank,
                    random.NextDouble() < options.HardwareShare ? FailureClass.Hardware : FailureClass.Application);
            }
        }

        return new HollowFate(runFor, null, -1);
    }

    /// <summary>What the job's labels say of this attempt; null when they say nothing that can be understood.</summary>
    private static (TimeSpan After, FailureClass Class)? Scripted(AttemptId attempt, JobSpec spec)
    {
        if (!double.TryParse(Label(FailAfterLabel), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var after)
            || (int.TryParse(Label(FailAttemptsLabel), NumberStyles.None, CultureInfo.InvariantCulture, out var attempts) && attempt.Number > attempts))
        {
            return null;
        }

        return (TimeSpan.FromSeconds(Math.Min(after, MostSeconds)), Enum.TryParse<FailureClass>(Label(FailClassLabel), true, out var kind) ? kind : FailureClass.Application);

        string? Label(string key) => spec.Labels.FirstOrDefault(l => l.Key == key).Value;
    }

    private const double MostSeconds = 1e9;

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
