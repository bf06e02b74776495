namespace Orleans.InProcess;

/// <summary>Counts what this silo has.</summary>
[GrainType("sys.management")]
internal sealed class ManagementGrain(Silo silo) : Grain, IManagementGrain
{
    public Task<int> GetTotalActivationCount() => Task.FromResult(silo.Catalog.Activations.Count());

    public Task<List<GrainId>> GetActiveGrains(GrainType grainType) =>
        Task.FromResult(silo.Catalog.Activations.Where(a => a.GrainId.Type == grainType).Select(a => a.GrainId).Order().ToList());

    public Task ForceActivationCollection(TimeSpan ageLimit)
    {
        foreach (var activation in silo.Catalog.Activations)
        {
            activation.CollectIfIdle(ageLimit);
        }

        return Task.CompletedTask;
    }
}
