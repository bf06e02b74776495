namespace Orleans.Runtime;

/// <summary>Looks at the running silo; key 0. Only the counting part.</summary>
public interface IManagementGrain : IGrainWithIntegerKey
{
    Task<int> GetTotalActivationCount();

    Task<List<GrainId>> GetActiveGrains(GrainType grainType);

    /// <summary>Ends every activation that has been idle at least this long.</summary>
    Task ForceActivationCollection(TimeSpan ageLimit);
}
