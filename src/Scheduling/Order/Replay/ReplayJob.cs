namespace Scheduling.Order.Replay;

/// <summary>One job of a trace. Times are whole seconds.</summary>
public sealed record ReplayJob
{
    /// <summary>Its id in the trace.</summary>
    public required string Id { get; init; }

    public required long SubmitAt { get; init; }

    /// <summary>How long it truly runs. Known to the engine, and only to those policies that are given an oracle.</summary>
    public required long Duration { get; init; }

    /// <summary>All at once.</summary>
    public required int Gpus { get; init; }

    /// <summary>The pool it stays in.</summary>
    public required string Pool { get; init; }

    /// <summary>Who submitted it; empty when the trace does not say.</summary>
    public string User { get; init; } = "";

    public long Batch { get; set; }
    /// <summary>Somebody's prediction of its run time; NaN when there is none.</summary>
    public double Estimate { get; init; } = double.NaN;
}
