namespace Scheduling.Prediction;

/// <summary>
/// The histories that one kind of job is predicted from, found once: looking them up costs more than asking them. One that was forgotten meanwhile, or was not
/// there, is looked up again when the predictor's histories are others than they were.
/// </summary>
internal sealed class RunTrail
{
    private readonly RunHistory?[] _histories = new RunHistory?[RunKey.Depths];

    /// <summary>What the predictor's count of comings and goings was when it was last looked through.</summary>
    private long _seen = -1;

    /// <summary>The history at a depth; null: there is none, or it is not asked for.</summary>
    public RunHistory? At(int depth) => _histories[depth] is { IsKept: true } history ? history : null;

    public void Set(int depth, RunHistory history) => _histories[depth] = history;

    /// <summary>As it is now.</summary>
    public RunTrail Refreshed(in RunFeatures job, Dictionary<RunKey, RunHistory> histories, long changes)
    {
        if (_seen == changes)
            return this;
        _seen = changes;
        for (var depth = 0; depth < RunKey.Depths; depth++)
        {
            if (_histories[depth] is not { IsKept: true })
                _histories[depth] = RunKey.At(depth, job) is { } key ? histories.GetValueOrDefault(key) : null;
        }

        return this;
    }
}
