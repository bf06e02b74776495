namespace Gateway.Azure;

/// <summary>Keeps machines from being chosen by whoever lowers a set's capacity.</summary>
internal interface IMachineProtection
{
    /// <summary>Absolute and repeatable. NotFound: there is no such machine any more. It was read before.</summary>
    Task<CloudAnswer<string>> Protect(string set, string instance, bool on, CancellationToken cancellationToken);
}
