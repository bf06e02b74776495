namespace Gateway.Health;

/// <summary>A part that may be degraded while the server takes jobs all the same.</summary>
public interface IHealthNote
{
    /// <summary>What is not as it should be, in one line and without secrets; null while all is well.</summary>
    string? Note { get; }
}
