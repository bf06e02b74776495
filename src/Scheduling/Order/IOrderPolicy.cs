namespace Scheduling.Order;

/// <summary>In which order waiting jobs are tried, and what happens to those behind one that does not fit. One file each, stateless.</summary>
public interface IOrderPolicy
{
    string Name { get; }

    /// <summary>One line for those who choose: what is good and what is bad about it.</summary>
    string Summary { get; }

    /// <summary>True: those behind a job that does not fit wait for it. False: they are tried too.</summary>
    bool Strict { get; }

    /// <summary>Asks for <see cref="WaitingJob.Expected"/>; without it jobs of unknown length go last.</summary>
    bool NeedsExpected { get; }

    /// <summary>The job's place, fixed until it runs.</summary>
    OrderKey KeyOf(in WaitingJob job);

    /// <summary>
    /// The job's place while the queue holds nothing but jobs of this very second; null: the same as always.
    /// </summary>
    OrderKey? KeyOnArrival(in WaitingJob job) => null;

    /// <summary>Who may be asked to give way to whom; null: nobody is.</summary>
    TurnRule? Turns => null;

    /// <summary>Gives out the pool anew at every decision, running jobs included; null for all that a pool should use.</summary>
    ShareRule? Shares => null;
}
