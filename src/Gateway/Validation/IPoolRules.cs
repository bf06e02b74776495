using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>Rules that jobs of some pools have to keep besides, because of where their workers run.</summary>
public interface IPoolRules
{
    /// <summary>What is wrong with such a job there, by field; none for pools of others.</summary>
    IEnumerable<(string Field, string Rule)> Faults(PoolId pool, JobSpec spec);
}
