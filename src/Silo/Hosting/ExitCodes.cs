namespace Silo.Hosting;

/// <summary>What a process that does not start says to whoever started it: the codes of sysexits.h.</summary>
public static class ExitCodes
{
    /// <summary>EX_USAGE.</summary>
    public const int BadUsage = 64;

    /// <summary>EX_UNAVAILABLE: somebody else listens there.</summary>
    public const int NoAddress = 69;

    /// <summary>EX_CANTCREAT: the storage cannot be used.</summary>
    public const int NoStorage = 73;

    /// <summary>EX_CONFIG.</summary>
    public const int BadConfiguration = 78;
}
