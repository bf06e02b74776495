namespace Silo.Clustering;

/// <summary>Of a client: some silo answers.</summary>
internal sealed class ClientHealth(IGrainFactory grains, TimeProvider time) : ISiloHealth
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    public int Silos => 1;

    public bool DoesChores => false;

    public async Task<string?> Fault(CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<ISiloProbe>(0).Answer().WaitAsync(AnswerWithin, time, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return $"no silo answers: {e.Message}";
        }
    }
}
