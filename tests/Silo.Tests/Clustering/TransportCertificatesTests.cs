using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Silo.Clustering;
using Silo.Tests.Support;

namespace Silo.Tests.Clustering;

public sealed class TransportCertificatesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority = Authority("ours");
    private readonly SteppedTime _time = new();

    [Fact]
    public void A_certificate_of_the_authority_with_the_name_is_accepted()
    {
        using var certificates = Of(_authority);
        using var silo = Issue(_authority, "silo.scheduler");
        Assert.True(certificates.Accepts(silo, null, "silo.scheduler"));
    }

    [Fact]
    public void Another_name_is_not()
    {
        using var certificates = Of(_authority);
        using var gateway = Issue(_authority, "gateway.scheduler");
        Assert.False(certificates.Accepts(gateway, null, "silo.scheduler"));
    }

    [Fact]
    public void Another_authority_is_not()
    {
        using var certificates = Of(_authority);
        using var stranger = Authority("theirs");
        using var silo = Issue(stranger, "silo.scheduler");
        Assert.False(certificates.Accepts(silo, null, "silo.scheduler"));
    }

    [Fact]
    public void One_that_has_run_out_is_not()
    {
        using var certificates = Of(_authority);
        using var silo = Issue(_authority, "silo.scheduler");
        _time.Step(TimeSpan.FromDays(3));
        Assert.False(certificates.Accepts(silo, null, "silo.scheduler"));
    }

    [Fact]
    public void Files_that_were_exchanged_are_used_and_half_exchanged_ones_are_not()
    {
        using var certificates = Of(_authority);
        var first = certificates.Own.Thumbprint;
        using var stranger = Authority("theirs");
        Write("key.pem", stranger.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _time.Step(TimeSpan.FromSeconds(11));
        Assert.Equal(first, certificates.Own.Thumbprint);

        using var next = Issue(_authority, "silo.scheduler");
        Write("own.pem", next.ExportCertificatePem());
        Write("key.pem", next.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _time.Step(TimeSpan.FromSeconds(11));
        Assert.Equal(next.Thumbprint, certificates.Own.Thumbprint);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private TransportCertificates Of(X509Certificate2 authority)
    {
        using var own = Issue(authority, "silo.scheduler");
        Write("authority.pem", authority.ExportCertificatePem());
        Write("own.pem", own.ExportCertificatePem());
        Write("key.pem", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return new TransportCertificates(
            new TransportOptions { AuthorityFile = PathOf("authority.pem"), CertificateFile = PathOf("own.pem"), KeyFile = PathOf("key.pem") }, _time);
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(SteppedTime.Start.AddDays(-1), SteppedTime.Start.AddDays(30));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=it", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, SteppedTime.Start.AddDays(-1), SteppedTime.Start.AddDays(2), [1, 2, 3]);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A clock that a test moves.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private TimeSpan _since;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step(TimeSpan by) => _since += by;

        public override DateTimeOffset GetUtcNow() => Start + _since;

        public override long GetTimestamp() => _since.Ticks;
    }
}
