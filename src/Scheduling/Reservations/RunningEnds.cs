namespace Scheduling.Reservations;

/// <summary>Attempts that run and are expected to end within the horizon, by their p90: what <see cref="ReservationPlanner"/> goes by.</summary>
internal sealed class RunningEnds(List<RunningEnds.Ending> inOrder)
{
    public List<Ending> InOrder => inOrder;

    public readonly record struct Ending(RunningGang Gang, DateTimeOffset At);
}
