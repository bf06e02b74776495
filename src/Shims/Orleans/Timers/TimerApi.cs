using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime
{
    /// <summary>How a grain's timer ticks.</summary>
    public readonly struct GrainTimerCreationOptions()
    {
        [SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
        {
            DueTime = dueTime;
            Period = period;
        }

        /// <summary>Until the first tick; infinite never starts.</summary>
        public required TimeSpan DueTime { get; init; }

        /// <summary>From the end of a tick to the start of the next; infinite ticks once.</summary>
        public required TimeSpan Period { get; init; }

        /// <summary>Ticks run between the awaits of calls; otherwise a tick is a turn like any call.</summary>
        public bool Interleave { get; init; }

        /// <summary>Ticks keep the activation from being collected.</summary>
        public bool KeepAlive { get; init; }
    }

    /// <summary>A running timer of one activation. Ends with it.</summary>
    public interface IGrainTimer : IDisposable
    {
        void Change(TimeSpan dueTime, TimeSpan period);
    }
}

namespace Orleans.Timers
{
    public interface ITimerRegistry
    {
        IGrainTimer RegisterGrainTimer<TState>(
            IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}
