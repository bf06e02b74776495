using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Silo.Clustering;

/// <summary>This process's certificate and whom it believes, from files that are exchanged while it runs.</summary>
internal sealed class TransportCertificates(TransportOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Material? _now;
    private long _lookedAt;

    private sealed record Material(X509Certificate2 Own, X509Certificate2Collection Authorities, string Stamp);

    /// <exception cref="CryptographicException">The files cannot be read as what they should be.</exception>
    public X509Certificate2 Own => Now().Own;

    /// <summary>A certificate of our authority with this DNS name in it, valid now.</summary>
    public bool Accepts(X509Certificate2 certificate, X509Chain? sent, string name)
    {
        if (!certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false))
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Now().Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        foreach (var between in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        return chain.Build(certificate);
    }

    public void Dispose() => _now?.Own.Dispose();

    private Material Now()
    {
        lock (_lock)
        {
            if (_now is not null && time.GetElapsedTime(_lookedAt) < LookEvery)
                return _now;
            _lookedAt = time.GetTimestamp();
            try
            {
                var stamp = string.Join(' ', new[] { options.AuthorityFile!, options.CertificateFile!, options.KeyFile! }.Select(f => File.GetLastWriteTimeUtc(f).Ticks));
                return _now is null || _now.Stamp != stamp ? _now = Read(stamp) : _now;
            }
            catch (Exception e) when (_now is not null && e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                // Half exchanged: the old ones are good until both are there.
                return _now;
            }
        }
    }

    private Material Read(string stamp)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(options.AuthorityFile!);
        return new Material(X509Certificate2.CreateFromPemFile(options.CertificateFile!, options.KeyFile), authorities, stamp);
    }
}
